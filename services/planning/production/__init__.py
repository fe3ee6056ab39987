"""The production plan: from an issued sales plan, solved as a job, issued with its promises (P3)."""
