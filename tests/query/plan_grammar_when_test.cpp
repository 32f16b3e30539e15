#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "query/plan_rows.h"

using namespace hindsight;
using namespace hindsight::query;
using test::check_plans;
using test::plan_text;
using test::PlanRow;

TEST_CASE("when something happens") {
  const std::vector<PlanRow> rows{
      {"When is a red car visible?", "when 'Is a red car visible?'"},
      {"When does a red car appear?", "when.begin 'Is a red car visible?'"},
      {"At what times can a red car be seen?", "when 'Is a red car visible?'"},
      {"When is an orange ball visible?", "when 'Is an orange ball visible?'"},
      {"When does a person in red appear?", "when.begin 'Is a person in red visible?'"},
      {"At what times can a hand with a red sleeve be seen?",
       "when 'Is a hand with a red sleeve visible?'"},
      {"When does the sign say OPEN?", "when 'Does the sign say OPEN?'"},
      {"When does the clock say 12:30?", "when 'Does the clock say 12:30?'"},
      {"When does the display say A7?", "when 'Does the display say A7?'"},
      {"When can one read 20:56 on the clock?", "when 'Does the clock say 20:56?'"},
      {"When does the display say NOW 6?", "when 'Does the display say NOW 6?'"},
      {"At what times does the slide title show CITIES?", "when 'Does the slide say CITIES?'"},
      {"When does the display case show a watch?", "when 'Does the display case show a watch?'"},
      {"When is a car visible during the time in which a dog is in view?",
       "when both('Is a car visible?', 'Is a dog visible?')"},
      {"When does the red car leave?", "when.end offsets('Is a red car visible?')"},
      {"When did the red car leave?", "when.end offsets('Is a red car visible?')"},
      {"When did the red car arrive?", "when.begin 'Is a red car visible?'"},
      {"When does the red car first appear?", "when.begin nth[1]('Is a red car visible?')"},
      {"When does the red car appear for the first time?",
       "when.begin nth[1]('Is a red car visible?')"},
      {"When does the red car appear for the second time?",
       "when.begin nth[2]('Is a red car visible?')"},
      {"When is the red car last seen?", "when nth[-1]('Is a red car visible?')"},
      {"When was the red car last seen?", "when nth[-1]('Is a red car visible?')"},
      {"When does the truck disappear?", "when.end offsets('Is a truck visible?')"},
      {"When does someone enter?", "when.begin 'Is a person visible?'"},
      {"When does anyone enter the room?", "when.begin 'Is a person visible?'"},
      {"When does a person walk by?", "when.begin 'Is a person visible?'"},
      {"When do people walk past the gate?", "when.begin 'Is a person visible?'"},
      {"When does the bus drive away?", "when.end offsets('Is a bus visible?')"},
      {"When does it rain?", "when 'Is it raining?'"},
      {"When is it raining?", "when 'Is it raining?'"},
      {"When does it get dark?", "when.begin onsets('Is it night?')"},
      {"When is it dark outside?", "when 'Is it night?'"},
      {"When is it night?", "when 'Is it night?'"},
      {"When does the door open?", "when.begin onsets('Is the door open?')"},
      {"When does the door close?", "when.begin onsets('Is the door closed?')"},
      {"When is the door open?", "when 'Is the door open?'"},
      {"When was the door closed?", "when 'Is the door closed?'"},
      {"When does the light go on?", "when.begin onsets('Is the light on?')"},
      {"When is the light turned off?", "when.begin onsets('Is the light off?')"},
      {"When is the light on?", "when 'Is the light on?'"},
      {"When is a person carrying a bag?", "when 'Is a person carrying a bag?'"},
      {"When does a person carry a box?", "when 'Is a person carrying a box?'"},
      {"When does the person pick up the bag?", "when.begin onsets('Is a person carrying a bag?')"},
      {"When does the person put down the bag?", "when.end offsets('Is a person carrying a bag?')"},
      {"When does the man drop the bottle?", "when.end offsets('Is a man carrying a bottle?')"},
      {"When is a car moving to the left?", "when 'Is a car moving to the left?'"},
      {"When does a car go to the right?", "when 'Is a car moving to the right?'"},
      {"When does the ball move up?", "when 'Is a ball moving up?'"},
      {"When does the dog move?", "when 'Is a dog moving?'"},
      {"When does the car stop?",
       "when.begin onsets(both('Is a car visible?', not('Is a car moving?')))"},
      {"When is the car standing still?",
       "when both('Is a car visible?', not('Is a car moving?'))"},
      {"When is anything moving?", "when 'Is anything moving?'"},
      {"When does something move?", "when 'Is anything moving?'"},
      {"When are two cars visible?", "when 'Are two cars visible?'"},
      {"When is only one bottle left?",
       "when both('Is a bottle visible?', not('Are two bottles visible?'))"},
      {"When are exactly 3 red cars visible?",
       "when both('Are 3 red cars visible?', not('Are four red cars visible?'))"},
      {"When are there at least two people?", "when 'Are two people visible?'"},
      {"When are zero cars visible?", "when not('Is a car visible?')"},
      {"When are just two cars visible?",
       "when both('Are two cars visible?', not('Are three cars visible?'))"},
      {"When are two or three cars visible?", "not understood"},
      {"When are fewer than 0 cars visible?", "not understood"},
      {"When is only one person with a bag visible?",
       "when both('Is a person with a bag visible?', "
       "not('Are two people with a bag visible?'))"},
      {"When is more than one lorry visible?", "when 'Are two lorries visible?'"},
      {"When are fewer than two boxes visible?", "when not('Are two boxes visible?')"},
      {"When is at most one person in red visible?", "when not('Are two people in red visible?')"},
      {"When are there three dogs?", "when 'Are three dogs visible?'"},
      {"When is there a red car?", "when 'Is a red car visible?'"},
      {"When do you see a red car?", "when 'Is a red car visible?'"},
      {"When can you see the red car?", "when 'Is a red car visible?'"},
      {"When is there no car?", "when not('Is a car visible?')"},
      {"When is no one visible?", "when not('Is a person visible?')"},
      {"When is nobody in the picture?", "when not('Is a person visible?')"},
      {"When is there no-one in red?", "when not('Is a person in red visible?')"},
      {"When is nothing moving?", "when not('Is anything moving?')"},
      {"When is nothing visible?", "not understood"},
      {"When is the blue one visible?", "not understood"},
      {"When does the blue appear?", "not understood"},
      {"When is a person next to the door?", "when 'Is a person next to the door?'"},
      {"When is a person visible after 10?", "when 'Is a person visible?'"},
      {"When is no person visible?", "when not('Is a person visible?')"},
      {"When is the red car not visible?", "when not('Is a red car visible?')"},
      {"When is the box left of the ball?",
       "when both('Is the box to the left of the ball?', 'Is a box visible?', 'Is a ball "
       "visible?')"},
      {"When is the box to the left of the ball?",
       "when both('Is the box to the left of the ball?', 'Is a box visible?', 'Is a ball "
       "visible?')"},
      {"When are a car and a person visible at the same time?",
       "when both('Is a car visible?', 'Is a person visible?')"},
      {"When is a car or a truck visible?",
       "when either('Is a car visible?', 'Is a truck visible?')"},
      {"When is the first time the door opens?", "when.begin nth[1](onsets('Is the door open?'))"},
      {"When is the last time that a red car appears?",
       "when.begin nth[-1]('Is a red car visible?')"},
      {"When was the last time the door was open?", "when nth[-1]('Is the door open?')"},
      {"When was the last time the door closed?",
       "when.begin nth[-1](onsets('Is the door closed?'))"},
      {"When is the longest time the door is open?", "when longest('Is the door open?')"},
      {"When was the longest stretch in which a dog was visible?",
       "when longest('Is a dog visible?')"},
      {"When does the first car after the truck appear?",
       "when nth[1](after('Is a car visible?', 'Is a truck visible?'))"},
      {"When does a person appear after the door opens?",
       "when.begin after('Is a person visible?', onsets('Is the door open?'))"},
      {"When is the door open after a person appears?",
       "when since('Is the door open?', 'Is a person visible?')"},
      {"When is the door open before a person leaves?",
       "when until_end('Is the door open?', offsets('Is a person visible?'))"},
      {"When is the door first open after a person appears?",
       "when nth[1](after('Is the door open?', 'Is a person visible?'))"},
      {"When does the red car appear before it rains?",
       "when.begin before('Is a red car visible?', 'Is it raining?')"},
      {"When is a person visible while the light is off?",
       "when both('Is a person visible?', 'Is the light off?')"},
      {"When is a car visible during the rain?",
       "when both('Is a car visible?', 'Is it raining?')"},
      {"When did the dog leave after the person left?",
       "when.end after_end(offsets('Is a dog visible?'), offsets('Is a person visible?'))"},
      {"When does the second car appear?", "when.begin nth[2]('Is a car visible?')"},
      {"At what time does the truck arrive?", "when.begin 'Is a truck visible?'"},
      {"At which moment does the door open?", "when.begin onsets('Is the door open?')"},
      {"At what point does the person leave?", "when.end offsets('Is a person visible?')"},
      {"In what part is a dog visible?", "when 'Is a dog visible?'"},
      {"What time does the truck arrive?", "when.begin 'Is a truck visible?'"},
      {"The moment when the door opens", "when.begin onsets('Is the door open?')"},
      {"Can you tell me when the red car leaves?", "when.end offsets('Is a red car visible?')"},
      {"Please tell me when the door opens.", "when.begin onsets('Is the door open?')"},
      {"I want to know when the truck arrives", "when.begin 'Is a truck visible?'"},
      {"When exactly does the door open?", "when.begin onsets('Is the door open?')"},
      {"When does the speaker draw the diagram?", "when 'Does the speaker draw the diagram?'"},
      {"When does the speaker first draw the diagram?",
       "when nth[1]('Does the speaker draw the diagram?')"},
      {"When is the man wearing a hat?", "when 'Is a man wearing a hat?'"},
      {"When does the sign show STOP?", "when 'Does the sign say STOP?'"},
      {"When is OPEN written on the sign?", "when 'Does the sign say OPEN?'"},
      {"When did the red car leave the yard?", "when.end offsets('Is a red car visible?')"},
      {"When does the red car drive in?", "when.begin 'Is a red car visible?'"},
      {"When does the red car cross the street?", "when.begin 'Is a red car visible?'"},
      {"When do the red cars appear?", "when.begin 'Is a red car visible?'"},
      {"When does a dog appear within 30 seconds of the truck?",
       "when.begin near[30s]('Is a dog visible?', 'Is a truck visible?')"},
      {"When was there a dog?", "when 'Is a dog visible?'"},
      {"When did the last person leave?", "when.end nth[-1](offsets('Is a person visible?'))"},
      {"When did the first person enter?", "when.begin nth[1]('Is a person visible?')"},
      {"When does a person with a bag leave?", "when.end offsets('Is a person carrying a bag?')"},
      {"When does the third truck pass?", "when.begin nth[3]('Is a truck visible?')"},
      {"When's the door open?", "when 'Is the door open?'"},
      {"When do the man and the woman appear together?",
       "when.begin both('Is a man visible?', 'Is a woman visible?')"},
      {"When is something written on the sign?", "when 'Does the sign say something?'"},
      {"When does the hand pick up the ball?", "when.begin onsets('Is a hand carrying a ball?')"},
      {"When did the barrier open?", "when.begin onsets('Is the barrier open?')"},
      {"When does a white van drive through the gate?", "when.begin 'Is a white van visible?'"},
      {"When does the train come into the station?", "when.begin 'Is a train visible?'"},
      {"When does a person enter the corridor through the door on the left?",
       "when.begin 'Is a person visible?'"},
      {"When does a dog appear in front of the house?", "when.begin 'Is a dog visible?'"},
      {"When does a person come from the left?", "when 'Is a person moving to the right?'"},
      {"When does the man walk out of the building?", "when.end offsets('Is a man visible?')"},
      {"When does the person in blue return?",
       "when.begin after('Is a person in blue visible?', 'Is a person in blue visible?')"},
      {"When does the dog reappear in the picture?",
       "when.begin after('Is a dog visible?', 'Is a dog visible?')"},
      {"When does the dog come back?",
       "when.begin after('Is a dog visible?', 'Is a dog visible?')"},
      {"When does the dog appear again?",
       "when.begin after('Is a dog visible?', 'Is a dog visible?')"},
      {"When does the door open again?",
       "when.begin after(onsets('Is the door open?'), onsets('Is the door open?'))"},
      {"When does the sign say OPEN AGAIN?", "when 'Does the sign say OPEN AGAIN?'"},
      {"When does the red car turn left?", "when 'Does the red car turn left?'"},
      {"When does the person leave the bag?", "when 'Does the person leave the bag?'"},
      {"When does the man pass the ball?", "when 'Does the man pass the ball?'"},
  };
  check_plans(rows);
}

TEST_CASE("lists of occurrences") {
  const std::vector<PlanRow> rows{
      {"List all times when the door is open.", "list 'Is the door open?'"},
      {"List every time a dog appears.", "list.begin 'Is a dog visible?'"},
      {"List all occurrences of a red car.", "list 'Is a red car visible?'"},
      {"Show every time the light goes on.", "list.begin onsets('Is the light on?')"},
  };
  check_plans(rows);
}

TEST_CASE("an answer names what was asked for as a statement") {
  const auto name = [](const std::string& question) {
    const auto plan = read_question_plan(
        question,
        moment_of(read_time_words(question, MediaTime{std::chrono::minutes{25}}, "v.mp4")));
    return plan && !plan->names.empty() ? plan->names.front() : "no name";
  };
  CHECK(name("When does a red car appear?") == "a red car appears");
  CHECK(name("When do the red cars appear?") == "the red cars appear");
  CHECK(name("When does the second truck pass?") == "the second truck passes");
  CHECK(name("When does a man carry a box?") == "a man carries a box");
  CHECK(name("When is a gray car visible?") == "a gray car is visible");
  CHECK(name("When are people visible?") == "people are visible");
  CHECK(name("At what times can a dog be seen?") == "a dog can be seen");
  CHECK(name("When is the door open?") == "the door is open");
  CHECK(name("Which left first, the person in blue or the dog?") == "the person in blue");
  CHECK(name("When does the sign say OPEN?") == "the sign says OPEN");
  CHECK(name("When can one read EXIT 42 on the sign?") == "EXIT 42 can be read on the sign");
  CHECK(name("When was the last time the door was open?") == "the last time the door was open");
  CHECK(name("When is the last time a person appears?") == "the last time a person appears");
  CHECK(name("When was the first time that the door opened?") ==
        "the first time that the door opened");
  CHECK(name("When is there neither a car nor a truck?") == "there is neither a car nor a truck");
  CHECK(name("When are there two cars?") == "there are two cars");
  CHECK(name("When is nothing happening?") == "nothing is happening");
  CHECK(name("When does it get dark?") == "it gets dark");
  CHECK(name("When does a car start moving?") == "a car starts moving");
  CHECK(name("When does the door not open?") == "the door does not open");
}

TEST_CASE("a clause in front of the question says the same as one behind it") {
  const std::vector<PlanRow> rows{
      {"After the person in gray, what colour is the next person?",
       "What colour is the next person after the person in gray?"},
      {"At the moment a gray bag appears, what is on the display?",
       "What is on the display when a gray bag appears?"},
      {"Which colour does the person have that appears last?", "What colour is the last person?"},
      {"Which colour does the first car have?", "What colour is the first car?"},
      {"While a dog is visible, how many cars appear?",
       "How many cars appear while a dog is visible?"},
      {"Before the truck leaves, does the door open?",
       "Does the door open before the truck leaves?"}};
  for (const auto& [ahead, behind] : rows) {
    CAPTURE(ahead);
    CHECK(plan_text(ahead) == plan_text(behind));
    CHECK(plan_text(ahead) != "not understood");
  }
  CHECK(plan_text("After the truck, and then?") == "not understood");
  CHECK(plan_text("After,") == "not understood");
}
