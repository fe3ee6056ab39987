"""Quality: a complaint's life, from escalation to the proven cure (Q2), and the shorter way of all other complaints."""
