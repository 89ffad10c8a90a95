using Criterion.Training;
using Spectre.Console;

namespace Criterion.Cli;

/// <summary>Shows the progress of reading folders of images: a bar at a terminal, lines for many images in a file.</summary>
internal static class DataLoading
{
    // Fewer images are read within seconds.
    const int Many = 1000;
    const int Lines = 10;

    /// <summary>Calls a function that loads images, and shows its progress on standard error.</summary>
    public static T Show<T>(ToolConsole console, Func<Action<LoadProgress>, T> load) =>
        console.IsInteractive ? Bar(console, load) : load(Line(console));

    static Action<LoadProgress> Line(ToolConsole console)
    {
        int shown = 0;
        return progress =>
        {
            int tenth = (int)((long)Lines * progress.Done / progress.All);
            if (progress.All >= Many && tenth > shown)
            {
                shown = tenth;
                console.Error.WriteLine(Text(progress));
            }
        };
    }

    // The bar is removed at the end, and never drawn for data that need no reading.
    static T Bar<T>(ToolConsole console, Func<Action<LoadProgress>, T> load) => console.Ansi().Progress()
        .AutoClear(true)
        .HideCompleted(true)
        .Columns(new ProgressBarColumn { Width = 20 }, new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            ProgressTask? bar = null;
            return load(progress =>
            {
                bar ??= context.AddTask("", maxValue: progress.All);
                bar.Value = progress.Done;
                bar.Description = Text(progress);
            });
        });

    static string Text(LoadProgress progress) => $"{progress.Done}/{progress.All} images read";
}
