"""The demo city: sample content in both languages, its days counted from the day on which it is loaded.

Every person, figure and event in it is invented. Loaded are the courses whose seats are given in order of arrival; those by
lottery or approval, and what belongs to them, stay in the files.
"""
