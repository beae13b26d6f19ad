"""A step on the command line: what edgevoice refuses to do is told in one line."""

import click

from edgevoice.errors import EdgevoiceError


class Step(click.Command):
    """``@click.command(cls=Step)``: an EdgevoiceError ends it with 1 and the message, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """As click does."""
        try:
            return super().invoke(ctx)
        except EdgevoiceError as error:
            raise click.ClickException(str(error)) from error
