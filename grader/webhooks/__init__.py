"""Simulates the providers Twilio and Slack: sends their events to a service, and takes what the service sends."""
