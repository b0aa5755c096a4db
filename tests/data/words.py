"""What the made-up association is made of. Names in several scripts, as members have them."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada", "Amina", "Andrés", "Anja", "Bao", "Beatriz", "Carlos", "Chloé", "Daniel", "Dmitri", "Elif", "Emeka", "Fatima", "Farid", "Grace",
    "Hana", "Ingrid", "Isaac", "Jasmine", "Jürgen", "Kenji", "Kwame", "Lena", "Liam", "Mei", "Miguel", "Nadia", "Noor", "Olivia", "Omar",
    "Patricia", "Priya", "Quinn", "Rafael", "Ruth", "Samuel", "Siobhán", "Tariq", "Thảo", "Uma", "Valentina", "Walter", "Ximena", "Yusuf",
    "Zoë", "Олена", "Ελένη", "Łukasz",
)  # fmt: skip
LAST_NAMES = (
    "Adeyemi", "Álvarez", "Andersson", "Banerjee", "Bianchi", "Brooks", "Castillo", "Chen", "Demir", "Dubois", "Eriksen", "Fischer",
    "Fontaine", "García", "Ghosh", "Hughes", "Ibrahim", "Ivanova", "Jackson", "Kowalski", "Kim", "Lindström", "Martin", "Mensah", "Müller",
    "Nguyễn", "Novák", "O'Brien", "Okafor", "Oliveira", "Patel", "Pereira", "Quispe", "Rahman", "Rossi", "Sato", "Schröder", "Silva",
    "Tanaka", "Thompson", "Usman", "Vargas", "Weber", "Wright", "Xu", "Yıldız", "Young", "Zhang", "Папандреу", "Παπαδοπούλου",
)  # fmt: skip
ORGANIZATIONS = ("Benefits", "Insurance Services", "Advisers", "& Partners", "Group", "Brokerage", "Consulting", "Financial")
STATES = ("AZ", "CA", "CO", "FL", "GA", "IL", "MA", "MI", "MN", "NC", "NJ", "NY", "OH", "OR", "PA", "TN", "TX", "VA", "WA", "WI")
DESIGNATIONS = (
    ("REBC", "Registered Employee Benefits Consultant"),
    ("RHU", "Registered Health Underwriter"),
    ("CLU", "Chartered Life Underwriter"),
    ("ChFC", "Chartered Financial Consultant"),
)

TOPICS = {
    "insurance_fundamentals": ("Risk Pooling", "Policy Language", "Underwriting", "Actuarial Thinking", "Claims", "Reinsurance"),
    "health_benefits": (
        "Self-Funded Plans",
        "Pharmacy Benefits",
        "Medicare",
        "Health Savings Accounts",
        "Network Design",
        "Dental and Vision",
    ),
    "life_insurance": (
        "Group Term Life",
        "Accidental Death Cover",
        "Key Person Cover",
        "Survivor Income",
        "Portability",
        "Evidence of Insurability",
    ),
    "retirement_planning": ("401(k) Plans", "Pensions", "Annuities", "Plan Fiduciaries", "Rollovers", "Retirement Income"),
    "compliance": ("ERISA", "COBRA", "HIPAA Privacy", "ACA Reporting", "Section 125", "Mental Health Parity"),
    "sales_techniques": ("Discovery Interviews", "Renewal Meetings", "Proposals", "Referrals", "Objections", "Small Groups"),
    "leadership": ("Chapter Boards", "Mentoring", "Hard Conversations", "Succession", "Volunteers", "Advocacy"),
    "technology": ("Enrolment Platforms", "Data Exchange", "Cyber Security", "Benefits Analytics", "Client Portals", "Automation"),
    "continuing_education": ("Ethics", "State Rules", "Annual Update", "Disclosure", "Suitability", "Records"),
}
ANGLES = (
    "the Essentials", "in Practice", "for Small Employers", "for Large Employers", "Case Studies", "Questions Clients Ask", "a Workshop",
    "What Changed This Year", "Advanced Topics", "Common Mistakes", "Preparing for the Exam", "from Start to Finish",
)  # fmt: skip
MODULES = ("First principles", "Working knowledge", "Difficult cases", "Putting it to use")
LESSONS = {
    "video": "{topic} explained",
    "text": "What the rules on {topic} say",
    "pdf": "The handbook on {topic}",
    "scorm": "{topic} step by step",
    "quiz": "What you know about {topic}",
    "assignment": "Advise a client on {topic}",
    "live_session": "Questions about {topic}",
    "external_link": "{topic} in the official register",
    "embedded_content": "{topic} calculator",
}
REVIEWS = (
    ("Exactly what I needed", "I used it with a client the next morning."),
    ("Clear and to the point", "Short lessons, and nothing that I could have skipped."),
    ("Good, a little long", "The second part repeats some of the first."),
    ("Helpful cases", "More of these, please."),
    ("Not for beginners", "It takes for granted what the title promises to explain."),
)
"""From the best rating down."""
