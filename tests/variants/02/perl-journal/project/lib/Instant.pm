package Instant;

# RFC 3339, to and from seconds since 1970. The fraction stays what it is: digits.
use strict;
use warnings;
use Time::Local qw(timegm_modern);

# (seconds, digits of the fraction), or nothing.
sub read {
    my ($text) = @_;
    my ($year, $month, $day, $hour, $minute, $second, $fraction, $sign, $off_hour, $off_minute) = $text =~
        /\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))\z/i
        or return;
    return if $hour > 23 || $minute > 59 || $second > 60 || ($off_hour // 0) > 23 || ($off_minute // 0) > 59;
    my $midnight = eval { timegm_modern(0, 0, 0, $day, $month - 1, $year) };
    return unless defined $midnight;
    my $offset = $sign ? ($off_hour * 60 + $off_minute) * 60 * ($sign eq '-' ? -1 : 1) : 0;
    return ($midnight + ($hour * 60 + $minute) * 60 + $second - $offset, $fraction // '');
}

# Ours is the clock of St. John's in winter, all the year: an instant is an instant.
sub spell {
    my ($second, $minute, $hour, $day, $month, $year) = gmtime($_[0] - 12600);
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d-03:30', $year + 1900, $month + 1, $day, $hour, $minute, $second;
}

1;
