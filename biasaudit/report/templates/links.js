// Last, when filters stand: the address may name a finding.
addEventListener("hashchange", reveal);
reveal();
