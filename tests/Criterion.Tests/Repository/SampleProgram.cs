using System.Globalization;
using System.Reflection;

namespace Criterion.Tests.Repository;

/// <summary>Runs a sample as its user would.</summary>
internal static class SampleProgram
{
    /// <summary>
    /// The lines that the sample prints. It draws from the default stream and takes the console: only one may run at a time.
    /// </summary>
    public static string[] Run(string sample, params string[] args)
    {
        RandomStream.Seed(0);
        using StringWriter output = new(CultureInfo.InvariantCulture);
        (TextWriter console, CultureInfo culture) = (Console.Out, CultureInfo.CurrentCulture);
        Console.SetOut(output);
        try
        {
            // As in a process of its own: samples are built without cultures.
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            MethodInfo main = Assembly.Load(sample).EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [args]);
        }
        finally
        {
            Console.SetOut(console);
            CultureInfo.CurrentCulture = culture;
        }

        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
