using System.Diagnostics;
using System.Globalization;
using Criterion.Training;
using Spectre.Console;

namespace Criterion.Cli;

/// <summary>Shows how a training goes: a bar for a person, plain lines for a file.</summary>
internal static class TrainProgress
{
    const int StepsPerLine = 50;

    /// <summary>Runs <paramref name="train"/> and shows each step that it tells of, and what there is to note beside it.</summary>
    public static TRecord Show<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep => console.IsInteractive ? Bar(console, steps, note, train) : Lines(console, steps, note, train);

    static TRecord Lines<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep
    {
        Speed speed = new(steps);
        return train(step =>
        {
            speed.Count(step);
            if (step.Step % StepsPerLine == 0 || step.Step == steps)
            {
                console.Output.WriteLine($"step {step.Step}/{steps}  {step.Describe()}{note()}  {speed}");
            }
        });
    }

    static TRecord Bar<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep
    {
        Speed speed = new(steps);
        return console.Ansi().Progress()
            .Columns(new ProgressBarColumn { Width = 20 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask bar = context.AddTask("the first step compiles the kernels", maxValue: steps);
                return train(step =>
                {
                    speed.Count(step);
                    bar.Value = step.Step;
                    bar.Description = $"{step.Step}/{steps}  {step.Describe()}{note()}  {speed}";
                });
            });
    }

    /// <summary>Steps per second since the start, and the time that is left at that speed.</summary>
    sealed class Speed(int steps)
    {
        // More than a span can hold: some thousand years.
        const double MostSeconds = 1e11;

        readonly long _start = Stopwatch.GetTimestamp();
        long _done;
        long _at;

        public void Count(IRunStep step) => (_done, _at) = (_done + 1, step.Step);

        public override string ToString()
        {
            double rate = _done / Stopwatch.GetElapsedTime(_start).TotalSeconds;
            TimeSpan left = TimeSpan.FromSeconds(Math.Min((steps - _at) / rate, MostSeconds));
            return string.Create(CultureInfo.InvariantCulture, $"{NumberText.Fixed(rate, 1)} steps/s  {Duration.Clock(left)} left");
        }
    }
}
