"""Names, streets and numbers, combined at random: whoever comes out is nobody."""

import random

FIRST = (
    "Adela", "Alicia", "Álvaro", "Ana", "Andrea", "Antonio", "Beatriz", "Benita", "Carla", "Carlos", "Cecilia",
    "Clara", "Cristina", "Daniela", "David", "Delia", "Diego", "Edgar", "Elena", "Elvira", "Emilio", "Ernesto",
    "Esteban", "Eva", "Fabiola", "Felipe", "Félix", "Fernando", "Gabriela", "Germán", "Gloria", "Gonzalo",
    "Graciela", "Gustavo", "Héctor", "Hilda", "Hugo", "Inés", "Irma", "Isabel", "Iván", "Jaime", "Jimena",
    "Joaquín", "Jorge", "José", "Juana", "Julia", "Julio", "Karina", "Laura", "Leonor", "Lidia", "Lourdes",
    "Lucía", "Luis", "Marcela", "Marco", "María", "Mario", "Marta", "Mauricio", "Miguel", "Mirtha", "Mónica",
    "Nancy", "Nelson", "Nicolás", "Norma", "Olga", "Óscar", "Pablo", "Patricia", "Paulina", "Pedro", "Ramiro",
    "Raúl", "Rebeca", "René", "Ricardo", "Roberto", "Rocío", "Rosa", "Rubén", "Sandra", "Santiago", "Sara",
    "Sergio", "Silvia", "Sofía", "Sonia", "Susana", "Tatiana", "Teresa", "Tomás", "Vania", "Verónica", "Víctor",
    "Virginia", "Walter", "Wilma", "Ximena",
)  # fmt: skip
SURNAMES = (
    "Acha", "Aguilar", "Alcócer", "Almanza", "Andia", "Antezana", "Aramayo", "Arce", "Arnez", "Arze", "Ávila",
    "Ayala", "Balderrama", "Becerra", "Bustamante", "Caballero", "Cabrera", "Camacho", "Cárdenas", "Castellón",
    "Céspedes", "Chávez", "Choque", "Claros", "Colque", "Condori", "Coria", "Cossío", "Crespo", "Cruz", "Escalera",
    "Escóbar", "Fernández", "Ferrufino", "Flores", "Fuentes", "García", "Gonzales", "Guamán", "Guevara",
    "Gutiérrez", "Guzmán", "Heredia", "Herbas", "Herrera", "Hinojosa", "Iriarte", "Jaldín", "Jiménez", "Lafuente",
    "Lazarte", "Ledezma", "Lima", "Lizarazu", "López", "Luján", "Maldonado", "Mamani", "Marañón", "Mejía",
    "Méndez", "Mercado", "Meruvia", "Miranda", "Montaño", "Morales", "Moscoso", "Nogales", "Ochoa", "Orellana",
    "Ortuño", "Padilla", "Paredes", "Peñarrieta", "Pérez", "Pinto", "Ponce", "Prado", "Quinteros", "Quiroga",
    "Quispe", "Ramírez", "Revollo", "Reyes", "Rico", "Rivero", "Rocabado", "Rocha", "Rodríguez", "Rojas", "Romero",
    "Salazar", "Salinas", "Sandoval", "Sánchez", "Siles", "Soliz", "Soria", "Suárez", "Tapia", "Terán", "Terrazas",
    "Torrico", "Ugarte", "Urquidi", "Vallejos", "Vargas", "Vásquez", "Vega", "Veizaga", "Velasco", "Vera",
    "Villarroel", "Villegas", "Yáñez", "Zabalaga", "Zambrana", "Zeballos", "Zelada", "Zurita",
)  # fmt: skip
STREETS = (
    "Aniceto Padilla", "Antofagasta", "Aurora", "Bolívar", "Calama", "Calancha", "Cochabamba", "Colombia",
    "Ecuador", "España", "Esteban Arze", "Hamiraya", "Jordán", "Junín", "La Paz", "Ladislao Cabrera", "Lanza",
    "Las Acacias", "Las Magnolias", "Los Ceibos", "Los Molles", "Los Sauces", "Mayor Rocha", "México", "Mixto",
    "Nataniel Aguirre", "Oquendo", "Pacata", "Paccieri", "Papa Paulo", "Perú", "Punata", "Ramón Rivero", "Santiváñez",
    "Sucre", "Tarapacá", "Tarata", "Teniente Arévalo", "Tumusla", "Uruguay", "Uyuni", "Venezuela",
)  # fmt: skip
FIRMS = (
    "Ferretería", "Farmacia", "Librería", "Panadería", "Consultorio", "Taller", "Imprenta", "Restaurante", "Hostal",
    "Colegio", "Ópticas", "Transportes",
)  # fmt: skip
FIRM_WORDS = (
    "del Valle", "Tunari", "La Concordia", "San Pedro", "El Molino", "Los Andes", "La Recoleta", "Quinta Luz",
)  # fmt: skip


def person(rng: random.Random) -> str:
    """First name and two surnames."""
    return f"{rng.choice(FIRST)} {rng.choice(SURNAMES)} {rng.choice(SURNAMES)}"


def firm(rng: random.Random) -> str:
    return f"{rng.choice(FIRMS)} {rng.choice(FIRM_WORDS)}"


def address(rng: random.Random) -> str:
    kind = rng.choice(("Calle", "Calle", "Avenida", "Pasaje"))
    return f"{kind} {rng.choice(STREETS)} N.º {rng.randint(1, 2400)}"


def mobile(index: int) -> str:
    """A mobile number of a valid form, one per `index`, from a stretch at the very end of its range."""
    if index < 10_000:
        return f"+5917999{index:04d}"
    return f"+591798{index % 100_000:05d}" if index < 110_000 else f"+59179{(index - 110_000) % 800_000:06d}"


def landline(index: int) -> str:
    """A number of Cochabamba's form (area 4)."""
    if index < 10_000:
        return f"+5914499{index:04d}"
    return f"+591449{index % 100_000:05d}" if index < 110_000 else f"+59144{(index - 110_000) % 900_000:06d}"
