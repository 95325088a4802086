package Json;

# JSON, read strictly: a number is a reference, so that it can't be taken for a string. Texts are characters.
use strict;
use warnings;

our $DEPTH = 200;
my %WORD = (true => \'true', false => \'false', null => undef);
my %ESCAPE = ('"' => '"', '\\' => '\\', '/' => '/', b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");

# read($text, $lenient): lenient takes half a surrogate pair for U+FFFD.
sub read {
    my ($text, $lenient) = @_;
    my $value = value(\$text, 0, $lenient);
    $text =~ /\G[ \t\r\n]*\z/gc or die "no JSON: something follows\n";
    return $value;
}

sub value {
    my ($text, $depth, $lenient) = @_;
    die "nested too deep\n" if $depth > $DEPTH;
    $$text =~ /\G[ \t\r\n]+/gc;
    if ($$text =~ /\G"/gc) { return string($text, $lenient) }
    if ($$text =~ /\G(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/gc) { return \"$1" }
    if ($$text =~ /\G(true|false|null)/gc) { return $WORD{$1} }
    if ($$text =~ /\G\[[ \t\r\n]*/gc) {
        my @list;
        return \@list if $$text =~ /\G\]/gc;
        while (1) {
            push @list, value($text, $depth + 1, $lenient);
            next if $$text =~ /\G[ \t\r\n]*,/gc;
            return \@list if $$text =~ /\G[ \t\r\n]*\]/gc;
            die "no JSON: a list that doesn't end\n";
        }
    }
    if ($$text =~ /\G\{[ \t\r\n]*/gc) {
        my %object;
        return \%object if $$text =~ /\G\}/gc;
        while (1) {
            $$text =~ /\G[ \t\r\n]*"/gc or die "no JSON: a member without a name\n";
            my $name = string($text, $lenient);
            $$text =~ /\G[ \t\r\n]*:/gc or die "no JSON: a member without a value\n";
            $object{$name} = value($text, $depth + 1, $lenient);
            next if $$text =~ /\G[ \t\r\n]*,/gc;
            return \%object if $$text =~ /\G[ \t\r\n]*\}/gc;
            die "no JSON: an object that doesn't end\n";
        }
    }
    die "no JSON\n";
}

sub string {
    my ($text, $lenient) = @_;
    my $string = '';
    while (1) {
        if ($$text =~ /\G([^"\\\x00-\x1f]+)/gc) { $string .= $1 }
        elsif ($$text =~ /\G"/gc) { return $string }
        elsif ($$text =~ m{\G\\(["\\/bfnrt])}gc) { $string .= $ESCAPE{$1} }
        elsif ($$text =~ /\G\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/gc) {
            $string .= chr(0x10000 + ((hex($1) - 0xD800) << 10) + hex($2) - 0xDC00);
        }
        elsif ($$text =~ /\G\\u[dD][89a-fA-F][0-9a-fA-F]{2}/gc) {
            die "half a surrogate pair\n" unless $lenient;
            $string .= "\x{FFFD}";
        }
        elsif ($$text =~ /\G\\u([0-9a-fA-F]{4})/gc) { $string .= chr hex $1 }
        else { die "no JSON: a string that doesn't end\n" }
    }
}

# A string as JSON, in ASCII. With $all, even letters are escaped.
sub quote {
    my ($string, $all) = @_;
    my $keep = $all ? qr/(?!)/ : qr/[ !#-\[\]-~]/;
    return '"' . join('', map { /$keep/ ? $_ : escape(ord) } split //, $string) . '"';
}

sub escape {
    my ($code) = @_;
    return sprintf '\u%04x', $code if $code < 0x10000;
    $code -= 0x10000;
    return sprintf '\u%04x\u%04x', 0xD800 + ($code >> 10), 0xDC00 + ($code & 0x3FF);
}

1;
