"""What tests of every service share: servers, databases, clients, clocks. No production code imports it."""
