"""What is kept of people: the register, what one person has here, export, erasure, consent and how long things stay."""
