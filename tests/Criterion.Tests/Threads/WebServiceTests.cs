using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Kernels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WebService;

namespace Criterion.Tests.Threads;

/// <summary>The sample of a web service, asked by many clients at once.</summary>
[Collection(nameof(ThreadCollection))]
public class WebServiceTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly float[][] Rows = [[1, 2, 3, 4], [0, -1, 0, 1]];

    [Fact]
    public async Task A_hundred_requests_at_once_get_the_answer_of_one()
    {
        await using WebApplication app = await Start();
        using HttpClient client = Client(app);
        float[] expected = await Post<float[]>(client, "/predict", Rows);
        Assert.Equal(6, expected.Length);
        Assert.Equal(1, expected[..3].Sum(), 1e-5f);

        float[][] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Post<float[]>(client, "/predict", Rows)));
        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }

    [Fact]
    public async Task A_loss_is_computed_with_its_gradient()
    {
        await using WebApplication app = await Start();
        using HttpClient client = Client(app);
        Scored[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Post<Scored>(client, "/loss", Pairs(i))));
        HuberLoss loss = app.Services.GetRequiredService<HuberLoss>();
        for (int i = 0; i < answers.Length; i++)
        {
            (double value, float[] gradient) = loss.Evaluate(Pairs(i).Prediction, Pairs(i).Target);
            Assert.Equal(value, answers[i].Value);
            Assert.Equal(gradient, answers[i].Gradient);
        }

        static Pair Pairs(int i) => new([i, 0.5f], [0, 1]);
    }

    [Fact]
    public async Task Invalid_input_is_a_bad_request_with_the_message_of_the_library()
    {
        await using WebApplication app = await Start();
        using HttpClient client = Client(app);
        using HttpResponseMessage lengths = await client.PostAsJsonAsync("/loss", new Pair([1, 2], [1]), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, lengths.StatusCode);
        Assert.Contains("HuberLoss", await Detail(lengths), StringComparison.Ordinal);
        using HttpResponseMessage ragged = await client.PostAsJsonAsync("/predict", (float[][])[[1, 2, 3, 4], [1]], Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, ragged.StatusCode);
        Assert.Contains("row 1", await Detail(ragged), StringComparison.Ordinal);
        using HttpResponseMessage width = await client.PostAsJsonAsync("/predict", (float[][])[[1, 2]], Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, width.StatusCode);
        Assert.Contains("Linear", await Detail(width), StringComparison.Ordinal);
        using HttpResponseMessage nothing = await client.PostAsJsonAsync("/fit", new Table([], []), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
    }

    [Fact]
    public async Task Fitting_ends_when_the_client_disconnects()
    {
        await using WebApplication app = await Start();
        using HttpClient client = Client(app);
        Assert.Equal(2, (await Post<float[]>(client, "/fit", new Table(Rows, [1, 2], Steps: 20))).Length);

        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.PostAsJsonAsync("/fit", new Table(Rows, [1, 2], Steps: int.MaxValue), cancel.Token));
        await app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token); // waits for requests that are still running
    }

    static async Task<WebApplication> Start()
    {
        WebApplication app = Service.Build(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        return app;
    }

    static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.Single()) };

    static async Task<T> Post<T>(HttpClient client, string path, object body)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    static async Task<string> Detail(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()!;
}
