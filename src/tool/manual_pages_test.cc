// SPDX-License-Identifier: Apache-2.0
#include "tool/command_table.h"

#include <gtest/gtest.h>

#include "support/small_program.h"

namespace flowtell {
namespace {

std::vector<ManualPage> small_manual() {
  return manual_pages(small_program(), "flowtell 1.2", "May 1");
}

// Part of every page.
const std::string kExitStatus = R"(.SH EXIT STATUS
.TP
\fB0\fR
Done.
.TP
\fB1\fR
Failed; standard error has the reason.
.TP
\fB2\fR
The command line is invalid.
.TP
\fB3\fR
Done, but an input was damaged or unreadable; the readable part was used.
)";

TEST(ManualPages, AreOneForTheProgramAndEachCommand) {
  std::vector<std::string> names;
  for (const ManualPage& page : small_manual()) names.push_back(page.name);
  EXPECT_EQ(names, (std::vector<std::string>{"flowtell.1", "flowtell-train.1",
                                             "flowtell-gateway.1"}));
}

TEST(ManualPages, DescribeTheProgram) {
  EXPECT_EQ(small_manual()[0].text,
            std::string(R"(.\" Made by 'flowtell reference man'.
.TH FLOWTELL 1 "May 1" "flowtell 1.2" "User Commands"
.SH NAME
flowtell \- name the app behind encrypted traffic
.SH SYNOPSIS
\fBflowtell\fR \fICOMMAND\fR [\fIOPTION...\fR]
.br
\fBflowtell\fR \fB\-\-help\fR | \fB\-\-version\fR
.SH DESCRIPTION
A program.
.SH COMMANDS
.TP
.BR flowtell\-train (1)
Learn the apps\(aq flows.
.TP
.BR flowtell\-gateway (1)
Be the gateway: all of it.
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
Print this help.
.SH EXAMPLES
.nf
\&flowtell train
.fi
)") + kExitStatus +
                R"(.SH SEE ALSO
.BR flowtell\-train (1) ,
.BR flowtell\-gateway (1)
)");
}

TEST(ManualPages, DescribeACommandAndItsOptions) {
  EXPECT_EQ(small_manual()[1].text,
            std::string(R"(.\" Made by 'flowtell reference man'.
.TH FLOWTELL\-TRAIN 1 "May 1" "flowtell 1.2" "User Commands"
.SH NAME
flowtell\-train \- Learn the apps\(aq flows
.SH SYNOPSIS
\fBflowtell train\fR \fB\-o\fR \fIMODEL\fR [\fIOPTION...\fR] \fICAPTURE...\fR [\fINOTES\fR]
.SH DESCRIPTION
Learn the apps\(aq flows.
.PP
It takes well-known forms.
.PP
\&.dot begins this one.
.SH OPTIONS
.TP
\fICAPTURE...\fR
Captures, or \-.
.TP
\fINOTES\fR
A file.
.TP
\fB\-h\fR, \fB\-\-help\fR
Print this help.
.TP
\fB\-o\fR, \fB\-\-output\fR \fIMODEL\fR
The model\(aqs file.
Required.
.TP
\fB\-\-learner\fR \fILEARNER\fR
What learns: one of [two].
\fILEARNER\fR is one of \fBforest\fR and \fBsvm\fR.
Without it: \fBforest\fR.
.TP
\fB\-\-trees\fR \fIN\fR
Trees of the forest; not with \-\-learner svm.
\fIN\fR is 1 to 1000.
Without it: \fB100\fR.
Only with \fB\-\-seed\fR.
Not with \fB\-\-learner\fR.
.SH EXAMPLES
.nf
\&flowtell train x \-o y
\&    quick
.sp
\&flowtell train \(aqz\(aq
.fi
)") + kExitStatus +
                R"(.SH SEE ALSO
.BR flowtell (1)
)");
}

TEST(ManualPages, DescribeSubcommandsInTheParentsPage) {
  EXPECT_EQ(small_manual()[2].text,
            std::string(R"(.\" Made by 'flowtell reference man'.
.TH FLOWTELL\-GATEWAY 1 "May 1" "flowtell 1.2" "User Commands"
.SH NAME
flowtell\-gateway \- Be the gateway: all of it
.SH SYNOPSIS
\fBflowtell gateway\fR [\fIOPTION...\fR] \fICOMMAND\fR
.SH DESCRIPTION
Be the gateway: all of it.
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
Print this help.
.SH flowtell gateway up
Put it up?
.PP
\fBflowtell gateway up\fR [\fIOPTION...\fR]
.PP
Every change is recorded.
.TP
\fB\-i\fR, \fB\-\-lan\fR \fIIF\fR
The interface.
.TP
\fB\-\-state\fR \fIFOLDER\fR
A folder \e a place.
.PP
.nf
\&flowtell gateway up
.fi
)") + kExitStatus +
                R"(.SH SEE ALSO
.BR flowtell (1)
)");
}

// A summary as formatted in the program's page.
std::string typeset(const std::string& summary) {
  CommandInfo program;
  program.name = program.full_name = "flowtell";
  program.summary = summary;
  const std::string page = manual_pages(program, "1", "today").front().text;
  const std::string_view head = ".SH DESCRIPTION\n";
  const std::size_t from = page.find(head) + head.size();
  return page.substr(from, page.find("\n.SH COMMANDS") - from);
}

TEST(ManualPages, EndEverySentence) {
  EXPECT_EQ(typeset("It is so"), "It is so.");
  EXPECT_EQ(typeset("It is so."), "It is so.");
  EXPECT_EQ(typeset("Is it so?"), "Is it so?");
  EXPECT_EQ(typeset(""), "");
}

// Source lines are kept short for readability.
TEST(ManualPages, HaveLinesOfAtMost78) {
  const std::string word(38, 'w');
  EXPECT_EQ(typeset(word + ' ' + word + "."), word + ' ' + word + ".");
  EXPECT_EQ(typeset(word + ' ' + word + "w."), word + '\n' + word + "w.");
  EXPECT_EQ(typeset("a " + word + ' ' + word + ' ' + word),
            "a " + word + '\n' + word + ' ' + word + '.');
  EXPECT_EQ(typeset(word + word + word), word + word + word + '.');
}

TEST(ManualPages, EscapeLeadingDots) {
  EXPECT_EQ(typeset(".hidden and .more"), "\\&.hidden and .more.");
  const std::string word(77, 'w');
  EXPECT_EQ(typeset(word + " .hidden"), word + "\n\\&.hidden.");
}

TEST(ManualPages, EscapeOnlyTheDashesOfOptions) {
  EXPECT_EQ(typeset("a well-known --dry-run"), "a well-known \\-\\-dry\\-run.");
  EXPECT_EQ(typeset("(-o) '-i' a-b"), "(\\-o) \\(aq\\-i\\(aq a-b.");
}

TEST(ManualPages, EscapeSpecialCharacters) {
  EXPECT_EQ(typeset("\\ ' ^ ~ `"), "\\e \\(aq \\(ha \\(ti \\(ga.");
}

}  // namespace
}  // namespace flowtell
