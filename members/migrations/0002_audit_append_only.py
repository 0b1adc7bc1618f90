"""The trail is only ever added to: PostgreSQL refuses every UPDATE and DELETE, also the administrators'.

TRUNCATE stays possible for the database's owner (tests, the yearly clean-up); SQLite has no such guard, because there
the tests themselves empty tables by DELETE.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION members_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER members_audit_append_only BEFORE UPDATE OR DELETE ON members_audit
    FOR EACH STATEMENT EXECUTE FUNCTION members_audit_is_append_only();
"""
UNGUARD = """
DROP TRIGGER members_audit_append_only ON members_audit;
DROP FUNCTION members_audit_is_append_only();
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GUARD)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNGUARD)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard, elidable=False)]
