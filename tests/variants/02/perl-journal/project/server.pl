use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use Encode qw(decode FB_CROAK);
use FindBin;
use lib "$FindBin::Bin/lib";
use Http;
use Instant;
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

# With the whole conversation at hand, a message shows its replies, and they theirs.
sub message {
    my ($n, $line, $replies_to) = @_;
    my (undef, $at, $parent, $text) = split /\t/, $line;
    my @replies = $replies_to
        ? (replies => array(map { message(@$_, $replies_to) } @{ $replies_to->{$n} // [] }))
        : ();
    return object(
        @replies,
        reply_to => $parent eq '' ? 'null' : Json::quote(name_of($parent), 1),
        text => $text,
        created_at => Json::quote(Instant::spell($at), 1),
        id => Json::quote(name_of($n), 1),
        weather => '{"messages": [], "id": "", "text": null}',
    );
}

# The number of a name; 0 for what is none of ours.
sub number_of {
    my ($name) = @_;
    return 0 unless defined $name && !ref $name && $name =~ /\A[.~_-]{1,20}\z/;
    my $n = 0;
    $n = 4 * $n + 1 + index('.~-_', $_) for split //, $name;
    return $n;
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
    my $parent = '';
    if (defined $value->{reply_to}) {
        $parent = number_of($value->{reply_to});
        refuse(400, 'reply_to names no message') unless $parent && $parent <= messages();
    }
    my $line = '';
    my $n = Journal::append(sub { $line = "M\t" . time . "\t$parent\t" . Json::quote($value->{text}) });
    return (201, $JSON, message($n, $line));
}

sub cursor_after { return substr(sha1_hex("after $_[0]"), 0, 10) . " $_[0] %20 + é \" \\ /" }

sub list {
    my ($query) = @_;
    my $limit = $query->{limit} // 20;
    refuse(400, 'limit is 1 to 100') unless $limit =~ /\A0*(?:[1-9][0-9]?|100)\z/a;
    my $before = 9e15;
    if (defined(my $cursor = $query->{cursor})) {
        ($before) = $cursor =~ /\A\S+ ([0-9]{1,15}) /a;
        refuse(400, 'that is no cursor') unless defined $before && $cursor eq cursor_after($before);
    }
    my ($since, $fraction) = (0, '');
    if (defined $query->{since}) {
        ($since, $fraction) = Instant::read($query->{since});
        refuse(400, 'since is a time with an offset') unless defined $since;
        $since++ if $fraction =~ /[1-9]/; # ours are whole seconds
    }
    my @found = grep { $_->[0] < $before && (!defined $query->{since} || (split /\t/, $_->[1])[1] >= $since) } messages();
    my @page = reverse @found;
    my $more = @page > $limit;
    splice @page, $limit if $more;
    return (200, $JSON, object(
        messages => array(map { message(@$_) } @page),
        $more ? (next => Json::quote(decode('UTF-8', cursor_after($page[-1][0])), 1)) : (),
    ));
}

sub one {
    my ($name) = @_;
    my $n = number_of($name =~ s/%([0-9a-fA-F]{2})/chr hex $1/ger);
    my @messages = messages();
    refuse(404, 'no message is called that') unless $n && $n <= @messages;
    my %replies_to;
    for (@messages) {
        my $parent = (split /\t/, $_->[1])[2];
        push @{ $replies_to{$parent} }, $_ if $parent ne '';
    }
    return (200, $JSON, message(@{ $messages[$n - 1] }, \%replies_to));
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
        Journal::append(sub { "V\t" . time });
        return (200, 'text/plain; charset=utf-8', "Grüße von Perl\n");
    }
    return list(parameters($query)) if $method eq 'GET' && $path eq '/messages';
    return post($headers, $content) if $method eq 'POST' && $path eq '/messages';
    return one($1) if $method eq 'GET' && $path =~ m{\A/messages/([^/]+)\z};
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
