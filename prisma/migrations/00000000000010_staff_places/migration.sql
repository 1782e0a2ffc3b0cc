-- Sign-in knows a user and not yet an association: this one question crosses associations, and answers
-- with (association, id) only.
GRANT SELECT (user_id, created_at) ON staff TO sila_turn;

CREATE FUNCTION staff_places(wanted text) RETURNS TABLE (association text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT s.association, s.id FROM public.staff s WHERE s.user_id = wanted AND s.active ORDER BY s.created_at, s.id
$$;
-- The new owner needs CREATE on the schema for the moment of the change.
GRANT CREATE ON SCHEMA public TO sila_turn;
ALTER FUNCTION staff_places(text) OWNER TO sila_turn;
REVOKE CREATE ON SCHEMA public FROM sila_turn;
REVOKE ALL ON FUNCTION staff_places(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staff_places(text) TO sila_app;
CREATE INDEX staff_user_id_idx ON staff (user_id);
