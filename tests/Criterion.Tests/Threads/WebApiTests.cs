using Criterion.Formats;
using Criterion.Memory;
using Criterion.Tests.Formats;
using Criterion.Tests.Kernels;
using Criterion.Training;
using Microsoft.AspNetCore.Builder;
using WebApi;

namespace Criterion.Tests.Threads;

/// <summary>The sample that serves images of a generator, asked by many clients at once.</summary>
[Collection(nameof(ThreadCollection))]
public sealed class WebApiTests : IAsyncLifetime
{
    readonly TemporaryFolder _temp = new();
    WebApplication _app = null!;
    HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        Dcgan network = new(width: 8);
        GeneratorFile.Write(_temp["generator.safetensors"], network, network.Generator(new RandomStream(1)));
        _app = Service.Build(
            ["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", "--Generator", _temp["generator.safetensors"]]);
        await _app.StartAsync();
        _client = new() { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task Images_of_requests_at_once_are_those_of_single_requests()
    {
        byte[][] expected = new byte[8][];
        for (int seed = 0; seed < expected.Length; seed++)
        {
            expected[seed] = await Image(seed);
        }

        byte[][] images = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Image(i % expected.Length)));
        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal(expected[i % expected.Length], images[i]);
        }

        Assert.NotEqual(expected[0], expected[1]);
        using MemoryStream png = new(expected[0]);
        Assert.Equal(DType.UInt8, Png.Read(png).DType);
    }

    [Fact]
    public async Task Memory_stays_flat_under_load()
    {
        // As many requests at once from the first round on, so that the pool has grown to its size.
        await Round();
        await Round();
        long before = BufferPool<float>.AllocatedBytes;
        for (int i = 0; i < 5; i++)
        {
            await Round();
        }

        Assert.InRange(BufferPool<float>.AllocatedBytes - before, 0, 8_000_000);

        Task Round() => Task.WhenAll(Enumerable.Range(0, 100).Select(Image));
    }

    [Theory]
    [InlineData("/images/none.png")]
    [InlineData("/images/-1.png")]
    public async Task A_wrong_seed_is_a_bad_request(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_grid_has_sixteen_images()
    {
        using MemoryStream one = new(await Image(3));
        using MemoryStream grid = new(await _client.GetByteArrayAsync("/grids/3.png", TestContext.Current.CancellationToken));
        Assert.True(Png.Read(grid).Count > 12 * Png.Read(one).Count);
    }

    Task<byte[]> Image(int seed) => _client.GetByteArrayAsync($"/images/{seed}.png", TestContext.Current.CancellationToken);
}
