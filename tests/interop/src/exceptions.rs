pub enum Does {}
