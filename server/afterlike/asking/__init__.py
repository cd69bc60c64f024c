"""The admin's hand on what visitors are asked. It never asks anybody: which prompt is due, `prompts` decides."""
