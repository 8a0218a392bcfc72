"""Detection: Sigma rules over the events of each batch, and their correlation across events and sites."""
