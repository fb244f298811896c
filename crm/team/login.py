"""The login form. By itself, because the library reads its settings while its forms are imported."""

from allauth.account import forms


class LoginForm(forms.LoginForm):
    """One may type at once: the page is for nothing else."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
