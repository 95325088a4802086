use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Journal;

my %rows = (V => 0, M => 0);
if (-e Journal::path()) { $rows{substr $_, 0, 1}++ for Journal::lines() }
print qq({"visits": $rows{V}, "messages": $rows{M}}\n);
