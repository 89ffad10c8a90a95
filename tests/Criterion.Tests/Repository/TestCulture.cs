using System.Globalization;
using System.Runtime.CompilerServices;

namespace Criterion.Tests.Repository;

/// <summary>
/// Runs all tests in a culture that writes 1,234.5 as 1.234,5 if the environment variable CRITERION_TEST_CULTURE is set: nothing that is
/// read or written for programs may depend on it. It is made here since the tests run without the system's cultures.
/// </summary>
internal static class TestCulture
{
    [ModuleInitializer]
    internal static void Apply()
    {
        if (Environment.GetEnvironmentVariable("CRITERION_TEST_CULTURE") is { Length: > 0 })
        {
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = Comma();
        }
    }

    /// <summary>A culture with other separators in numbers and dates.</summary>
    public static CultureInfo Comma()
    {
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = comma.NumberFormat.PercentDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        comma.DateTimeFormat.DateSeparator = ".";
        comma.DateTimeFormat.TimeSeparator = ".";
        return comma;
    }
}
