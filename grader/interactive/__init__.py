"""`kit phone` and `kit slack`: a person at the keyboard plays Twilio's or Slack's user."""
