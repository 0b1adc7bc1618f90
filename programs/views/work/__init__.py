"""The workspace of coordinators: what they plan and run. What is not theirs is not there (404)."""
