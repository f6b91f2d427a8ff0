"""How good and how fast the assistant is; decides whether a change may land."""
