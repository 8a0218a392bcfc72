"""How right the alerts are: a day with every scenario and decoy, played through the live pipeline and scored."""
