// Engagement
