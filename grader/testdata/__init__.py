"""What checks draw at random, and what they send because it is hard to get right."""
