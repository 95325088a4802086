package Journal;

# The file. Whoever writes locks a second file beside it against everybody, whoever reads against writers only.
use strict;
use warnings;
use Errno qw(EINTR ENOENT);
use Fcntl qw(:flock :seek O_RDWR);
use IO::Handle;

our $HEADER = "chat journal 1\n";

sub path {
    my ($path) = ($ENV{DATABASE_URL} // '') =~ m{\Ajournal://(.+)\z}s or die "DATABASE_URL=journal://PATH must be set\n";
    return $path;
}

sub locked {
    my ($how, $work) = @_;
    open my $lock, '>>', path() . '.lock' or die "no lock: $!\n";
    until (flock $lock, $how) { die "no lock: $!\n" unless $! == EINTR }
    return $work->();
}

# All whole lines but the first. A last line without its end was never answered, and doesn't count.
sub lines {
    return locked(LOCK_SH, \&lines_now);
}

sub lines_now {
    open my $in, '<:raw', path() or die "cannot read: $!\n";
    my @lines = <$in>;
    pop @lines if @lines && $lines[-1] !~ /\n\z/;
    my $header = shift @lines;
    die "that is no journal of today\n" unless $header eq $HEADER;
    chomp @lines;
    return @lines;
}

# Adds the line and returns how many of its kind there are; on disk when it returns.
sub append {
    my ($line) = @_;
    return locked(LOCK_EX, sub {
        my @lines = lines_now();
        sysopen my $out, path(), O_RDWR or die "cannot write: $!\n";
        binmode $out;
        my $end = length $HEADER;
        $end += 1 + length for @lines;
        my $whole = "$line\n";
        my $done = truncate($out, $end) && sysseek($out, $end, SEEK_SET)
            && (syswrite($out, $whole) // -1) == length $whole && $out->sync;
        if (!$done) {
            my $why = $!;
            truncate $out, $end;
            die "cannot write: $why\n";
        }
        my $kind = substr $line, 0, 1;
        return 1 + grep { substr($_, 0, 1) eq $kind } @lines;
    });
}

# Puts a whole new journal in the place of the old one, at one blow.
sub replace {
    my (@lines) = @_;
    my $new = path() . '.new';
    open my $out, '>:raw', $new or die "cannot write: $!\n";
    print {$out} $HEADER, map { "$_\n" } @lines or die "cannot write: $!\n";
    $out->flush && $out->sync && close $out or die "cannot write: $!\n";
    rename $new, path() or die "cannot rename: $!\n";
}

sub prepare {
    locked(LOCK_EX, sub { replace() unless -e path() });
}

1;
