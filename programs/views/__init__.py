"""The pages of what there is to learn, and of what is mine."""
