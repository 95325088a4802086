"""The providers, played by the kit: Twilio and Slack send events to a service, and take what it sends."""
