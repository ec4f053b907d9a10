# The standard library's modules that the files below use. They come first so that what a run writes to, which is our own, lies
# close together: a sandbox pays for every page that it touches.

import asyncio
import base64
import http
import json.encoder
import posixpath
import urllib.parse
