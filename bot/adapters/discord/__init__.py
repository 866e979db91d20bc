"""Discord: slash commands, buttons and a form for what comes in, edits for what goes out."""
