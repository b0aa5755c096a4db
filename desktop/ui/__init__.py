"""What a person sees: the window, its pages and the widgets they are made of (Qt; never sqlalchemy, never psycopg)."""
