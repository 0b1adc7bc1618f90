"""Who may open which address: one line for each name of the URLconf, walked by the tests person by person.

An address that is not placed here fails the build. "Not yours" is 404 everywhere; 403 stands for what one may know of and
not do (a token whose scope is too narrow, a session without its form's token).
"""

from learningcity.rights.api import API
from learningcity.rights.pages import PAGES
from learningcity.rights.shapes import PEOPLE, TOKENS, Right

__all__ = ["PEOPLE", "RIGHTS", "TOKENS", "Right"]
RIGHTS = PAGES | API
