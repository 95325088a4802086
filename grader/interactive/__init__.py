"""`kit phone` and `kit slack`: the learner types as a user of Twilio or Slack, and the kit plays the provider."""
