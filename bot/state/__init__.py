"""What people leave behind: conversations, votes, alerts, languages, documents."""
