"""Event-sourced investigations: decides the next steps and concludes."""
