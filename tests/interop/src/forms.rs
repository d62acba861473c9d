pub fn run(_: &crate::site::Site, _: &mut crate::report::Report) {}
