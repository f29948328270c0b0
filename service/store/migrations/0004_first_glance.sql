-- What a person sees first.
SELECT 1;
