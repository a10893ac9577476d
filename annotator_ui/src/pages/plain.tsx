// Pages that the server renders whole (log in, errors) take only the style sheet from here.
import "../ui/theme.css";
