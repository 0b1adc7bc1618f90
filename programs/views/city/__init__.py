"""The desk of municipal staff: what they found, whom they appoint. For everyone else it is not there (404)."""
