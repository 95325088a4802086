use strict;
use warnings;
use Encode qw(decode FB_CROAK);
use FindBin;
use HTTP::Tiny;
use POSIX qw(mktime strftime);
use lib "$FindBin::Bin/lib";
use Instant;
use Json;

my $USAGE = "usage: chat.pl ping | send TEXT | list [--limit N] [--since TIME] | reply ID TEXT | show ID\n";

$SIG{ALRM} = sub { die "no answer within 11 seconds\n" };

sub fetch {
    my ($path, $content) = @_;
    my $base = ($ENV{SERVER_URL} // '') =~ s{/+\z}{}r;
    my $http = HTTP::Tiny->new(timeout => 11, proxy => undef, http_proxy => undef, https_proxy => undef);
    my %options = defined $content ? (content => $content, headers => { 'Content-Type' => 'application/json' }) : ();
    my $answer = eval {
        alarm 11;
        $http->request(defined $content ? 'POST' : 'GET', $base . $path, \%options);
    };
    my $why = $@;
    alarm 0;
    die $why =~ /\Ano answer/ ? $why : "cannot ask $base\n" unless $answer;
    if ($answer->{status} >= 400) {
        my ($first) = ($answer->{content} // '') =~ /\A\s*([\x20-\x7e]{1,300})/;
        die $answer->{status} == 599 && !$answer->{protocol}
            ? "cannot ask $base: " . ($first // '') . "\n"
            : "the server answered $answer->{status}" . (defined $first ? ": $first" : '') . "\n";
    }
    return $answer->{content};
}

sub fetch_object {
    my $bytes = fetch(@_);
    my $value = eval { Json::read(decode('UTF-8', $bytes), 1) };
    die "the answer is no JSON object\n" unless ref $value eq 'HASH';
    return $value;
}

# A string or a number, on one line.
sub shown {
    my ($value) = @_;
    die "the answer holds something that is no message\n" unless defined $value && (!ref $value || ref $value eq 'SCALAR');
    return (ref $value ? $$value : $value) =~ s/[\x00-\x1f\x7f\x{85}\x{2028}\x{2029}]/ /gr;
}

sub line_of {
    my ($message) = @_;
    die "the answer holds something that is no message\n" unless ref $message eq 'HASH';
    my $parent = $message->{reply_to};
    return shown($message->{id}) . '  ' . (defined $parent ? '<- ' . shown($parent) . '  ' : '') . shown($message->{text}) . "\n";
}

sub lines_of {
    my ($list) = @_;
    die "the answer holds no list\n" unless ref $list eq 'ARRAY';
    return map { line_of($_) } @$list;
}

sub encoded { return join '', map { /[A-Za-z0-9._~-]/ ? $_ : sprintf '%%%02X', ord } split //, $_[0] }

sub post {
    my (%members) = @_;
    my $content = '{' . join(', ', map { "\"$_\": " . Json::quote($members{$_}) } sort keys %members) . '}';
    print shown(fetch_object('/messages', $content)->{id}), "\n";
}

sub show {
    my ($id) = @_;
    my $message = fetch_object('/messages/' . encoded($id));
    print line_of($message), lines_of($message->{replies});
}

sub instant {
    my ($text) = @_;
    if ($text =~ /\A([01][0-9]|2[0-3]):([0-5][0-9])\z/a) {
        my @now = localtime;
        return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime mktime(0, $2, $1, @now[3 .. 5], 0, 0, -1));
    }
    my ($seconds) = Instant::read($text);
    die "$text is no time: 11:30, or 2026-05-09T11:30:00+05:30\n" unless defined $seconds;
    return uc $text;
}

sub list {
    my (%options) = @_;
    my @query = exists $options{'--limit'} ? 'limit=' . encoded($options{'--limit'}) : ();
    my $all = exists $options{'--since'};
    push @query, 'since=' . encoded(instant($options{'--since'})) if $all;
    my (@lines, %seen, $next);
    do {
        my @cursor = defined $next ? 'cursor=' . encoded(Encode::encode('UTF-8', $next)) : ();
        my $query = join '&', @query, @cursor;
        my $page = fetch_object('/messages' . ($query eq '' ? '' : "?$query"));
        push @lines, lines_of($page->{messages});
        $next = $page->{next};
        $next = undef if ref $next || !$all;
        die "the server's pages go round in a circle\n" if defined $next && $seen{$next}++;
    } while (defined $next);
    print @lines;
}

my %COMMANDS = (
    ping => [0, sub { binmode STDOUT, ':raw'; print fetch('/') }],
    show => [1, \&show],
    reply => [2, sub { post(reply_to => $_[0], text => $_[1]) }],
    send => [1, sub { post(text => $_[0]) }],
);

binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;
my @words = eval { map { decode('UTF-8', my $copy = $_, FB_CROAK) } @ARGV };
die "chat: that is not UTF-8\n" if $@;
my $name = shift @words // '';
my %options = @words % 2 ? () : @words;
if ($name eq 'list' && 2 * keys %options == @words && !grep { !/\A--(?:limit|since)\z/ } keys %options) {
    eval { list(%options) };
}
elsif ($COMMANDS{$name} && $COMMANDS{$name}[0] == @words) { eval { $COMMANDS{$name}[1]->(@words) } }
else { print STDERR $USAGE; exit 2 }
if ($@) { print STDERR "chat: $@"; exit 1 }
