"""How a command says that it cannot go on."""


class CommandFailed(Exception):
    """A command cannot be carried out; the message is one sentence for the person at the terminal."""
