#!/usr/bin/perl
use strict;
use warnings;
use Errno qw(EINTR);
use Fcntl qw(:flock);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);

my $port = $ENV{PORT} // '';
my $file = $ENV{DATABASE_URL} // '';
$port =~ /\A[0-9]+\z/ && $file =~ s{\Asqlite:///}{}
    or die "PORT and DATABASE_URL=sqlite:///PATH must be set\n";

my $stopping = 0;
$SIG{TERM} = $SIG{INT} = sub { $stopping = 1 };
$SIG{PIPE} = 'IGNORE';

sub sql {
    my ($statement) = @_;
    my $status = system {'sqlite3'} 'sqlite3', '-init', '/dev/null', '-batch', '-bail',
        '-cmd', '.timeout 15000', $file, $statement;
    return $status == 0;
}

# The writers queue for a lock file, so that none of them starves in SQLite's own waiting.
sub record {
    open(my $turn, '>>', "$file.lock") or return 0;
    until (flock($turn, LOCK_EX)) { return 0 unless $! == EINTR }
    return sql('INSERT INTO hit DEFAULT VALUES');
}

sub answer {
    my ($socket, $status, $body, $bare) = @_;
    my $out = "HTTP/1.1 $status\r\nContent-Type: text/plain; charset=utf-8\r\n"
        . 'Content-Length: ' . length($body) . "\r\nConnection: close\r\n\r\n";
    $out .= $body unless $bare;
    while (length $out) {
        my $n = syswrite($socket, $out);
        if (!defined $n) { next if $! == EINTR; return }
        substr($out, 0, $n) = '';
    }
}

sub serve {
    my ($socket) = @_;
    my $head = '';
    while ($head !~ /\r?\n\r?\n/) {
        return if length $head > 65536;
        my $n = sysread($socket, $head, 8192, length $head);
        if (!defined $n) { next if $! == EINTR; return }
        return if $n == 0;
        last if $head =~ /\n/ && $head !~ m{\A[^\r\n]* HTTP/1\.[0-9]\r?\n};
    }
    if ($head !~ m{\A([A-Za-z!#\$%&'*+.^_`|~0-9-]+) ([^ \r\n]+) HTTP/1\.[0-9]\r?\n}) {
        answer($socket, '400 Bad Request', "this is not HTTP\n");
    }
    else {
        my ($method, $target) = ($1, $2);
        my ($path) = split /\?/, $target, 2;
        my $bare = $method eq 'HEAD';
        if ($path ne '/') { answer($socket, '404 Not Found', "nothing here\n", $bare) }
        elsif ($method ne 'GET') { answer($socket, "405 Method Not Allowed\r\nAllow: GET", "only GET\n", $bare) }
        elsif (record()) { answer($socket, '200 OK', "Grüße von Perl\n") }
        else { answer($socket, '503 Service Unavailable', "the database is busy\n") }
    }
    # A close with unread bytes would reset the connection and could swallow the answer.
    shutdown($socket, 1);
    alarm 2;
    my $rest;
    1 while sysread($socket, $rest, 8192);
}

$| = 1;
sql('CREATE TABLE IF NOT EXISTS hit(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)')
    or die "cannot prepare the database\n";

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp',
    Listen => 128, ReuseAddr => 1, Blocking => 0,
) or die "cannot listen on port $port: $!\n";

# select() with a limit: a signal that arrives just before it is seen soon after.
my %children;
my $ready = IO::Select->new($listener);
until ($stopping) {
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) { delete $children{$pid} }
    next unless $ready->can_read(0.25);
    my $socket = $listener->accept or next;
    $socket->blocking(1);
    my $pid = fork;
    if (!defined $pid) { warn "fork: $!\n"; close $socket; next }
    if ($pid == 0) {
        $SIG{TERM} = $SIG{INT} = 'DEFAULT';
        close $listener;
        $SIG{ALRM} = 'DEFAULT';
        alarm 40;
        serve($socket);
        POSIX::_exit(0);
    }
    $children{$pid} = 1;
    close $socket;
}

close $listener;
for (1 .. 30) {
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) { delete $children{$pid} }
    last unless %children;
    select undef, undef, undef, 0.1;
}
kill 'TERM', keys %children if %children;
