using System.Diagnostics;
using System.Globalization;
using Criterion.Training;
using Spectre.Console;

namespace Criterion.Cli;

/// <summary>Shows the progress of a training: a bar at a terminal, plain lines in a file.</summary>
internal static class TrainProgress
{
    const int StepsPerLine = 50;

    /// <summary>Runs <paramref name="train"/> and shows each of its steps with a note.</summary>
    public static TRecord Show<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep =>
        console.IsInteractive ? Bar(console, steps, note, train) : Lines(console, steps, note, train);

    static TRecord Lines<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep
    {
        StepRate stepRate = new(steps);
        return train(step =>
        {
            stepRate.Count(step);
            if (step.Step % StepsPerLine == 0 || step.Step == steps)
            {
                console.Output.WriteLine($"step {step.Step}/{steps}  {step.Describe()}{note()}  {stepRate}");
            }
        });
    }

    static TRecord Bar<TStep, TRecord>(ToolConsole console, int steps, Func<string> note, Func<Action<TStep>, TRecord> train)
        where TStep : IRunStep
    {
        StepRate stepRate = new(steps);
        return console.Ansi().Progress()
            .Columns(new ProgressBarColumn { Width = 20 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask bar = context.AddTask("compiling kernels in the first step", maxValue: steps);
                return train(step =>
                {
                    stepRate.Count(step);
                    bar.Value = step.Step;
                    bar.Description = $"{step.Step}/{steps}  {step.Describe()}{note()}  {stepRate}";
                });
            });
    }

    /// <summary>The steps per second since the start, and the remaining time at that rate.</summary>
    sealed class StepRate(int steps)
    {
        // Some thousand years, which a TimeSpan can represent.
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
