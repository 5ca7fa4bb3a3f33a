"""The state database: people, conversations, votes, documents, deliveries."""
