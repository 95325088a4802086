use strict;
use warnings;
use Encode qw(decode FB_CROAK);
use FindBin;
use lib "$FindBin::Bin/lib";
use Http;
use Journal;
use Json;

my $JSON = 'Application/JSON; charset="utf-8"';
my @SIGNS = ('.', '~', '-', '_');

# The name of message number n: . ~ - _ .. .~ .- ._ ~. and so on.
sub name_of {
    my ($n) = @_;
    my $name = '';
    for (; $n > 0; $n = int(($n - 1) / 4)) { $name = $SIGNS[($n - 1) % 4] . $name }
    return $name;
}

# An object out of names and values that are JSON already.
sub object {
    my @members;
    while (my ($name, $value) = splice @_, 0, 2) { push @members, Json::quote($name, 1) . " :\t$value" }
    return "{\r\n" . join("\r\n,", @members) . "}\n";
}

sub array { return '[ ' . join(' , ', @_) . ' ]' }

sub refuse {
    my ($status, $message) = @_;
    die { status => $status, message => $message };
}

sub message {
    my ($n, $line) = @_;
    my (undef, $text) = split /\t/, $line;
    return object(id => Json::quote(name_of($n), 1), text => $text);
}

# The number and the line of each message, oldest first.
sub messages {
    my $n = 0;
    return map { [++$n, $_] } grep { /\AM/ } Journal::lines();
}

sub wanted {
    my ($headers, $content) = @_;
    my ($type) = split /;/, $headers->{'content-type'} // '';
    $type //= '';
    $type =~ s/\A\s+|\s+\z//g;
    refuse(415, 'only JSON is understood') unless lc $type eq 'application/json';
    my $text = eval { decode('UTF-8', $content, FB_CROAK) };
    refuse(400, 'the body is not UTF-8') unless defined $text;
    my $value = eval { Json::read($text) };
    refuse(400, $@ =~ s/\n//gr) if $@;
    refuse(400, 'the body is no JSON object') unless ref $value eq 'HASH';
    $text = $value->{text};
    refuse(400, 'a message needs a text') unless defined $text && !ref $text;
    refuse(400, 'blanks alone are no text') if $text =~ /\A[ \t\r\n]*\z/;
    refuse(400, 'at most 2000 characters') if length $text > 2000;
    return $value;
}

sub post {
    my ($headers, $content) = @_;
    my $value = wanted($headers, $content);
    my $line = "M\t" . Json::quote($value->{text});
    my $n = Journal::append($line);
    return (200, $JSON, message($n, $line));
}

sub list {
    my ($query) = @_;
    my $limit = $query->{limit} // 20;
    refuse(400, 'limit is 1 to 100') unless $limit =~ /\A0*(?:[1-9][0-9]?|100)\z/a;
    my @newest = reverse messages();
    splice @newest, $limit if @newest > $limit;
    return (200, $JSON, object(messages => array(map { message(@$_) } @newest)));
}

sub parameters {
    my %query;
    for (split /&/, $_[0]) {
        my ($name, $value) = map { s/\+/ /gr =~ s/%([0-9a-fA-F]{2})/chr hex $1/ger } split /=/, $_, 2;
        $query{$name} = $value // '' if defined $name;
    }
    return \%query;
}

sub route {
    my ($method, $path, $query, $headers, $content) = @_;
    refuse(501, 'only GET and POST') unless $method =~ /\A(?:GET|POST|PUT|DELETE|PATCH)\z/;
    if ($method eq 'GET' && $path eq '/') {
        Journal::append("V\t" . time);
        return (200, 'text/plain; charset=utf-8', "Grüße von Perl\n");
    }
    return list(parameters($query)) if $method eq 'GET' && $path eq '/messages';
    return post($headers, $content) if $method eq 'POST' && $path eq '/messages';
    refuse(404, 'there is nothing here');
}

sub answer {
    my @answer = eval { route(@_) };
    return @answer unless $@;
    return ($@->{status}, $JSON, object(title => Json::quote($@->{message}))) if ref $@;
    warn $@;
    return (503, $JSON, object(title => Json::quote('the journal is out of reach')));
}

my $port = $ENV{PORT} // '';
$port =~ /\A[0-9]+\z/ or die "PORT must be set\n";
Journal::prepare();
Http::run($port, \&answer);
